"""One blueprint per resource; views talk to Auth and never to storage."""
