"""What learns: the one loop, its losses, what a shape means for it, and heads in closed form."""
