#pragma once

// doctest under names of our own: its CHECK would be taken for base/check.h's, inside the very
// headers under test.
#define DOCTEST_CONFIG_NO_SHORT_MACRO_NAMES
#include <doctest/doctest.h>

#define TEST_CASE(name) DOCTEST_TEST_CASE(name)
#define SUBCASE(name) DOCTEST_SUBCASE(name)
// Goes on after a failure; REQUIRE leaves the test case.
#define EXPECT(...) DOCTEST_CHECK(__VA_ARGS__)
#define REQUIRE(...) DOCTEST_REQUIRE(__VA_ARGS__)
#define FAIL(message) DOCTEST_FAIL(message)
// Names values that a failure inside the scope should print.
#define INFO(...) DOCTEST_INFO(__VA_ARGS__)
