{
  "includes": ["native/sources.gypi"],
  "target_defaults": {
    "cflags!": ["-fexceptions"],
    "cflags_cc!": ["-std=gnu++17", "-std=gnu++20", "-fexceptions", "-frtti"],
    "cflags_cc": [
      "-iquote",
      "<(module_root_dir)/native",
      "<(native_cxx_std)",
      "<@(native_warnings)",
      "<@(native_plain_flags)"
    ]
  },
  "targets": [
    {
      "target_name": "core",
      "type": "static_library",
      "sources": ["<@(base_sources)", "<@(wire_sources)", "<@(core_sources)"]
    },
    {
      "target_name": "linux",
      "type": "static_library",
      "dependencies": ["core"],
      "sources": ["<@(linux_sources)", "<@(will_sources)"]
    },
    {
      "target_name": "failoverd",
      "type": "loadable_module",
      "dependencies": ["core", "linux"],
      "cflags_cc": ["-isystem", "<!(node -p \"path.resolve(require('node-addon-api').include_dir)\")"],
      "defines": ["<@(addon_defines)"],
      "sources": ["<@(engine_sources)", "<@(addon_sources)"]
    },
    {
      "target_name": "failoverd-guardian",
      "type": "executable",
      "dependencies": ["core", "linux"],
      "ldflags!": ["-rdynamic"],
      "ldflags": ["<!@(node scripts/static-runtime.mjs)"],
      "sources": ["<@(guardian_sources)"]
    },
    {
      "target_name": "failoverd-launcher",
      "type": "executable",
      "dependencies": ["core", "linux"],
      "ldflags!": ["-rdynamic"],
      "sources": ["<@(launcher_sources)"]
    }
  ]
}
