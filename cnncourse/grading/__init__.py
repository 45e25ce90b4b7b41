"""From submissions to scores, feedback and exports; nbgrader's course, exchange and gradebook."""

from cnncourse.compat import skip_grammar_of_addresses

skip_grammar_of_addresses()
