"""What deliveries are about, as plain values: what delivery decides by and the store keeps."""
