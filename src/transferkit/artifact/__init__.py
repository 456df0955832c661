"""What a run leaves behind, and what makes it possible to go on after a kill."""
