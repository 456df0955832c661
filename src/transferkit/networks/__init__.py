"""What reaches into a network and runs it forward."""
