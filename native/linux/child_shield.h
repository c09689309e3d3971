#pragma once

namespace failoverd::os {

// What programs that this process starts must not get from it: descriptors that it was itself
// started with, and ambient capabilities (capabilities(7)), which would outlive execve(2) in a
// daemon that does not run as root. For the calling thread, the one that forks; what it may do
// itself stays as it is. Standard input, output and error are left alone. Old kernels that
// know neither call are no reason for an error.
void shieldChildren();

}  // namespace failoverd::os
