"""From one text source to the student's notebook, the solution and the points table."""
