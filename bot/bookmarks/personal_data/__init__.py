"""What a person has stored here: exporting it, importing more, erasing all of it."""
