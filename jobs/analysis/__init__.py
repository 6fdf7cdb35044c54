"""What is in a table, and how sure that is: reading, types of columns, findings. It knows no database and no Django."""
