/** Modules by name: `define` notes how one is made, `require` makes it once. */
function loader() {
  const makers = new Map();
  const made = new Map();
  const define = (name, make) => makers.set(name, make);
  const require = (name) => {
    if (!made.has(name)) made.set(name, makers.get(name)(require));
    return made.get(name);
  };
  return { define, require };
}
