// Holds the map document in a frame and builds it only when its version changes, so that a rerun of the page costs
// nothing. What to paint comes from map_paint.js, by the name that both share.
export default function ({ data, parentElement, setTriggerValue }) {
  const maps = (window.phudienMaps ??= {});
  let frame = parentElement.querySelector("iframe");
  if (!frame) {
    frame = document.createElement("iframe");
    frame.title = data.title;
    frame.style.cssText = "width:100%;border:0;display:block;border-radius:6px";
    parentElement.appendChild(frame);
  }
  frame.style.height = `${data.height}px`;
  const held = (maps[data.name] ??= {});
  if (held.frame !== frame || held.version !== data.version) {
    Object.assign(held, { frame, version: data.version, isReady: false });
    frame.srcdoc = data.document;
  }
  held.send = () => {
    if (held.isReady && held.paint) frame.contentWindow.postMessage({ phudien: "paint", paint: held.paint }, "*");
  };
  const listen = (event) => {
    if (event.source !== frame.contentWindow || !event.data) return;
    if (event.data.phudien === "ready") {
      held.isReady = true;
      held.send();
    }
    if (event.data.phudien === "chosen") setTriggerValue("chosen", event.data.code);
  };
  window.addEventListener("message", listen);
  return () => window.removeEventListener("message", listen);
}
