"""How good the search is: judged queries, and the engines one could have used instead."""
