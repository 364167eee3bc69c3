"""Being asked in words: what a message means, and the answer in the newsletter's own sentences."""
