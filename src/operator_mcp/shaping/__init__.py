"""From what the operator knows to what a tool answers. Cutting and wording happen here, deciding does not."""
