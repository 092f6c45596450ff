// Sends what to paint into the frame of the same name; kept there until the map is ready.
export default function ({ data }) {
  const maps = (window.phudienMaps ??= {});
  const held = (maps[data.name] ??= {});
  held.paint = data.paint;
  if (held.send) held.send();
}
