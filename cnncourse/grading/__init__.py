"""From submissions to scores, feedback and exports; nbgrader's course, exchange and gradebook."""
