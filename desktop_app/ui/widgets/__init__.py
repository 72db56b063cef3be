"""Small widgets that the pages and dialogs are made of."""
