#include "addon/vocabulary.h"

#include "base/check.h"

namespace failoverd::addon {

namespace {

std::string joined(const std::vector<std::string_view>& names, std::string_view before) {
  std::string out;
  for (const auto name : names) {
    if (!out.empty()) out += ',';
    out += before;
    out += name;
  }
  return out;
}

}  // namespace

napi_ref Vocabulary::run(const std::string& script) {
  napi_value text = nullptr;
  napi_value made = nullptr;
  napi_ref reference = nullptr;
  CHECK(napi_create_string_utf8(env_, script.data(), script.size(), &text) == napi_ok);
  CHECK(napi_run_script(env_, text, &made) == napi_ok);
  CHECK(napi_create_reference(env_, made, 1, &reference) == napi_ok);
  return reference;
}

std::string Vocabulary::makerText(std::string_view kind,
                                  const std::vector<std::string_view>& names) {
  std::string properties = joined(names, "");
  if (!kind.empty()) {
    properties = "kind:'" + std::string(kind) + "'" + (names.empty() ? "" : ",") + properties;
  }
  return "((" + joined(names, "") + ")=>({" + properties + "}))";
}

std::string Vocabulary::readerText(const std::vector<std::string_view>& names) {
  return "(o=>[" + joined(names, "o.") + "])";
}

std::string Vocabulary::wordsText(const std::vector<std::string_view>& words) {
  std::string out("[");
  for (const auto word : words) out.append("'").append(word).append("',");
  return out.append("]");
}

}  // namespace failoverd::addon
