"""What belongs to a person: they take it along, bring more, or have all of it deleted."""
