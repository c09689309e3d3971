#pragma once

#include <cstddef>
#include <string>

#include "guardian/goodbye_sender.h"
#include "guardian/will_page.h"
#include "linux/address_requests.h"

// What the guardian does once it may: goodbyes, then everything is taken away in the order in which
// the daemon would have given it back.
namespace failoverd::guardian {

struct Count {
  std::size_t done = 0;
  std::size_t failed = 0;
};

struct LastActs {
  Count goodbyes;
  Count addresses;
  Count others;  // routes, rules, links, tables
  // Why nothing was taken away; 0: it was.
  int errorNumber = 0;

  [[nodiscard]] std::size_t done() const { return goodbyes.done + addresses.done + others.done; }
  [[nodiscard]] std::size_t failed() const {
    return goodbyes.failed + addresses.failed + others.failed;
  }
  // "failoverd died: 2 goodbyes sent, ...".
  [[nodiscard]] std::string sentence() const;
};

// `will` is the engine's page, `beside` what the daemon has made itself. What is gone already is
// neither done nor failed.
void sayGoodbyes(WillReader will, GoodbyeSender& sender, LastActs& acts);
void takeAway(WillReader will, WillReader beside, os::AddressRequests& requests, LastActs& acts);

}  // namespace failoverd::guardian
