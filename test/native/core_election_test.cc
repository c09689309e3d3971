#include "core_lab.h"
#include "testing.h"

// RFC 9568 §6.4 as two or three routers live it.
using namespace failoverd;
using core::State;
using lab::Lab;

using Lines = std::vector<std::string>;

TEST_CASE("a router alone takes over after masterDownInterval, in this order") {
  Lab lab(1);
  lab.apply(0, Lab::instance(100));
  EXPECT(lab.takeTimed(0) ==
         Lines{"0.000000 listen", "0.000000 applied", "0.000000 state init->backup started"});
  lab.run(Duration::ofSeconds(4));
  // 3 * 1 s + (256 - 100) / 256 s, RFC 9568 §6.1.
  EXPECT(lab.takeTimed(0) == Lines{"3.609375 advert 100", "3.609375 add 10.0.1.100",
                                   "3.609375 state backup->master masterSilent",
                                   "3.609375 announce 10.0.1.100", "3.609375 announce 10.0.1.100"});
  lab.run(Duration::ofSeconds(2));
  EXPECT(lab.takeTimed(0) == Lines{"4.609375 advert 100", "5.609375 advert 100"});
}

TEST_CASE("the best of three is master, and its goodbye is followed by the second best") {
  Lab lab(3);
  lab.apply(0, Lab::instance(100));
  lab.apply(1, Lab::instance(150));
  lab.apply(2, Lab::instance(200));
  lab.run(Duration::ofSeconds(10));
  EXPECT(lab.state(0) == State::backup);
  EXPECT(lab.state(1) == State::backup);
  EXPECT(lab.state(2) == State::master);
  EXPECT(lab.has(2, "10.0.1.100"));
  EXPECT(!lab.has(0, "10.0.1.100"));
  lab.take(1);
  lab.take(2);
  lab.give(2, core::Stop{});
  EXPECT(lab.take(2) == Lines{"goodbye", "remove 10.0.1.100", "state master->init stopping",
                              "unlisten", "stopped"});
  lab.run(Duration::ofMillis(500));  // skewTime of 150 is 414 ms
  EXPECT(lab.state(1) == State::master);
  EXPECT(lab.take(1) == Lines{"advert 150", "add 10.0.1.100",
                              "state backup->master goodbyeReceived", "announce 10.0.1.100",
                              "announce 10.0.1.100"});
}
