#pragma once

namespace failoverd::os {

// Gives back to the system what a program has needed for a while: free memory of the C library's
// heap, and the pages of the program's own code and constants, of which starting reads many more
// than running. What is needed after all is mapped again as it is used; what is locked stays.
void giveBackMemory();

// From here on the C library gives memory back as it is freed: as soon as so much is free at the
// end of a heap, and at once what was large. By itself it raises both bounds to tens of megabytes
// after the first large piece, for the heap of every thread.
void giveBackAtOnce();

}  // namespace failoverd::os
