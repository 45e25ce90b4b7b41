"""From what was handed in to the gradebook: jobs, a journal, workers near and far, one writer."""
