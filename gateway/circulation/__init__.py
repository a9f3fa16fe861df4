"""What libraries have on their shelves, and whether one can have it now."""
