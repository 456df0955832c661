"""What a word, a sign and a particle are, in any script."""
