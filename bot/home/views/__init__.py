"""What the Home tab looks like."""
