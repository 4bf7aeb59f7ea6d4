"""The HTTP routes of the embedded fleet: they read requests, call the store and the renderers, and shape answers."""
