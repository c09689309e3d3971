#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "core/inputs.h"

// Whose an advert is: a look-up by interface, family and VRID, so that thousands of instances that
// hear their masters cost no more for each advert than a few do.
namespace failoverd::core {

struct Router;

class Addressees {
 public:
  // Room for so many instances, so that place() allocates nothing.
  void makeRoom(std::size_t instances);

  // The instance's interface or virtual router is another one than before, or it is new.
  void place(Router& router);
  // It hears nothing any more.
  void remove(Router& router);

  // The one with the lowest id of those for which the packet is; nullptr: nobody.
  [[nodiscard]] Router* find(Vrid vrid, const AdvertReceived& packet) const;

 private:
  struct Place {
    std::uint64_t key;
    Router* router;
  };

  [[nodiscard]] Router* findAt(std::uint64_t key, const AdvertReceived& packet) const;

  std::vector<Place> places_;  // by key, then by id
};

}  // namespace failoverd::core
