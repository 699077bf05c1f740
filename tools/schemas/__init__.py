"""Making the JSON Schemas that ship with the package."""
