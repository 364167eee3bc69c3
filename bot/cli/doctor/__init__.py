"""`backissue doctor`: what keeps the bot from running, each with its mend."""
