"""Many users at once, whose every answer is checked: `session-conformance load`."""
