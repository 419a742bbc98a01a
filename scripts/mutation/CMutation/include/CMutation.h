// Which mutant is active: BERTH_MUTANT, or none. With BERTH_MUTANTS_REACHED a file gets a byte for each form that was reached.
#pragma once

extern int mutation_active;
extern unsigned char *mutation_reached;

/// Which mutant of a form is active, from 0; any other number for none.
static inline int mutation_of(int first) {
    mutation_reached[first] = 1;
    return mutation_active - first;
}
