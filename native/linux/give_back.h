#pragma once

namespace failoverd::os {

// Gives back to the system what a program has needed for a while: free memory of the C library's
// heap, and the pages of the program's own code and constants, of which starting reads many more
// than running. What is needed after all is mapped again as it is used; what is locked stays.
void giveBackMemory();

}  // namespace failoverd::os
