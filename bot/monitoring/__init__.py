"""What an operator watches: the checks of the health page, and metrics."""
