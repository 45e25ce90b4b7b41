"""From one text source to the student's notebook, the solution and the points table."""

from cnncourse.compat import skip_grammar_of_addresses

skip_grammar_of_addresses()
