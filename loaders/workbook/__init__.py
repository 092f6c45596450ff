"""Any spreadsheet → its sheets as cells with addresses; nothing here knows what the cells mean."""
