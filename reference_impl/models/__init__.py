"""Tables, the frozen records read from them, and the statements that change them."""
