"""Many targets side by side: what each requirement came to at each of them."""
