"""Tools of package authors: packages of folders, checked and run with no cloud."""
