"""What a table is: rows, cells, the names of columns, and what is found about them."""
