// Paints communes on a Leaflet map. The same code runs in the app's frame and in the .html file that opens offline.
// geometry: {communes, districts, provinces} as GeoJSON; each commune has code, name, district, province,
// approximate. What is painted on them comes in `paint(payload)`, as often as the choice changes.
function PhuDienMap(map, geometry, settings) {
  "use strict";
  const number = new Intl.NumberFormat(settings.locale);
  const escape = (text) =>
    String(text).replace(/[&<>"']/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[c]);
  const thin = { color: "#ffffff", weight: 0.6, opacity: 0.9, smoothFactor: 0 };
  const faint = { fillColor: "#e6ebf0", fillOpacity: 0.55 };
  let payload = null;
  let fitted = null;
  let chosen = null;

  map.createPane("circles").style.zIndex = 450;
  const circleRenderer = L.svg({ pane: "circles" });

  const communes = L.geoJSON(geometry.communes, {
    style: () => ({ ...thin, ...faint }),
    onEachFeature: (feature, layer) => {
      layer.on("mouseover", () => layer.setStyle({ weight: 2, color: "#1d2733" }).bringToFront());
      layer.on("mouseout", () => layer.setStyle(layer === chosen ? mark : thin));
      layer.on("click", () => choose(feature.properties.code, layer));
      layer.bindTooltip(() => tooltip(feature.properties), { sticky: true, className: "phudien-tip" });
      layer.bindPopup(() => popup(feature.properties), { maxWidth: 340 });
    },
  });
  const mark = { color: "#0b5cad", weight: 3 };
  const line = (features, color, weight) =>
    L.geoJSON(features, { style: { color, weight, fill: false, smoothFactor: 0 }, interactive: false });
  const districts = line(geometry.districts, "#7b8794", 1);
  const provinces = line(geometry.provinces, "#3c4858", 1.8);
  const bulk = L.layerGroup();
  const taken = L.layerGroup();
  const hamlets = L.layerGroup();
  const built = L.layerGroup().addTo(map);
  const rings = L.layerGroup().addTo(map);

  communes.addTo(map);
  districts.addTo(map);
  provinces.addTo(map);
  bulk.addTo(map);
  const overlays = {
    [settings.layers.communes]: communes,
    [settings.layers.districts]: districts,
    [settings.layers.provinces]: provinces,
    [settings.layers.bulk]: bulk,
    [settings.layers.taken]: taken,
    [settings.layers.hamlets]: hamlets,
  };
  if (settings.tiles) {
    const tiles = L.tileLayer(settings.tiles, { maxZoom: 19 });
    overlays[settings.layers.tiles] = tiles;
  }
  L.control.layers(null, overlays, { collapsed: true, position: "topright" }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  map.attributionControl.setPrefix("Leaflet");

  const legend = L.control({ position: "bottomright" });
  legend.onAdd = () => {
    const box = L.DomUtil.create("div", "phudien-legend");
    L.DomEvent.disableClickPropagation(box);
    return box;
  };
  legend.addTo(map);

  function row(code) {
    return payload && payload.communes[code];
  }

  function place(properties) {
    const caveats = [
      ...(properties.approximate ? [settings.approximate] : []),
      ...(properties.placed ? [settings.placed] : []),
    ];
    const about = caveats.map((text) => `<div class="approximate">${escape(text)}</div>`).join("");
    return `<strong>${escape(properties.name)}</strong><div>${escape([properties.district, properties.province].filter(Boolean).join(", "))}</div>${about}`;
  }

  function tooltip(properties) {
    const found = row(properties.code);
    if (!found) return place(properties);
    return `${place(properties)}<div class="value">${escape(payload.title)}: <b>${escape(found[1])}</b></div>`;
  }

  function popup(properties) {
    const found = row(properties.code);
    if (!found) return place(properties);
    const lines = payload.figures.map((label, at) => {
      const count = found[2][at];
      const shown = count === null ? escape(settings.missing) : number.format(count);
      return `<tr><td>${escape(label)}</td><td>${shown}</td></tr>`;
    });
    return `${tooltip(properties)}<div>${escape(payload.period)}</div><table>${lines.join("")}</table>`;
  }

  function choose(code, layer) {
    const before = chosen;
    chosen = layer;
    if (before) before.setStyle(thin);
    layer.setStyle(mark).bringToFront();
    if (settings.onChoose) settings.onChoose(code);
  }

  // Area in proportion to households; smaller while the whole region is shown, so that circles stay apart.
  const widest = () => Math.min(20, Math.max(3, 3 + (map.getZoom() - 7) * 3.2));
  const radius = (households) => Math.max(1.5, Math.sqrt(households / payload.largest) * widest());

  function drawCircle(point) {
    const shape = L.circleMarker([point.lat, point.lon], {
      renderer: circleRenderer,
      pane: "circles",
      radius: radius(point.households),
      color: point.edge || "#ffffff",
      weight: point.edge_width || 1,
      fillColor: point.colour,
      fillOpacity: point.code ? 0.9 : 0.65,
    });
    const text = point.lines.map(escape).join("<br>");
    shape.bindTooltip(text, { className: "phudien-tip" }).bindPopup(text);
    shape.households = point.households;
    shape.on("click", () => settings.onChoose && settings.onChoose(point.code || point.commune));
    shape.addTo(point.is_taken ? taken : bulk);
  }

  // Around the point that the page shows; it takes no clicks.
  function drawRing(point) {
    const ring = L.circleMarker([point.lat, point.lon], {
      renderer: circleRenderer,
      pane: "circles",
      radius: radius(point.households),
      color: "#e6007e",
      weight: 7,
      opacity: 0.65,
      fill: false,
      interactive: false,
    });
    ring.households = point.households;
    ring.addTo(rings);
  }

  map.on("zoomend", () => {
    if (!payload) return;
    [bulk, taken, rings].forEach((group) => group.eachLayer((shape) => shape.setRadius(radius(shape.households))));
    drawLegend();
  });

  function drawHamlet(point) {
    const icon = L.divIcon({ className: "phudien-hamlet", iconSize: [9, 9] });
    const text = point.lines.map(escape).join("<br>");
    L.marker([point.lat, point.lon], { icon, keyboard: false })
      .bindTooltip(text, { className: "phudien-tip" })
      .bindPopup(text)
      .addTo(hamlets);
  }

  function drawLine(line) {
    L.polyline(line.path, { renderer: circleRenderer, pane: "circles", color: line.colour, weight: 2 })
      .bindTooltip(escape(line.text), { className: "phudien-tip" })
      .addTo(built);
  }

  function drawLegend() {
    const swatch = (colour, label) =>
      `<li><span style="background:${escape(colour)}"></span>${escape(label)}</li>`;
    const classes = payload.classes.map(([colour, label]) => swatch(colour, label)).join("");
    const sizes = payload.circles.length
      ? `<h4>${escape(payload.circles_title || settings.circles)}</h4><div class="sizes">${payload.sizes
          .map((h) => {
            const d = 2 * radius(h);
            return `<div><i style="width:${d}px;height:${d}px"></i>${number.format(h)}</div>`;
          })
          .join("")}</div><ul>${payload.states.map(([colour, label]) => swatch(colour, label)).join("")}</ul>`
      : "";
    const notes = payload.notes.map((note) => `<p>${escape(note)}</p>`).join("");
    legend.getContainer().innerHTML =
      `<h4>${escape(payload.title)}${payload.unit ? ` (${escape(payload.unit)})` : ""}</h4><div>${escape(payload.period)}</div><ul>${classes}</ul>${sizes}${notes}`;
  }

  function paint(next) {
    const samePoints = payload && payload.points_key === next.points_key;
    payload = next;
    communes.eachLayer((layer) => {
      const found = row(layer.feature.properties.code);
      if (!found) layer.setStyle(faint);
      else layer.setStyle({ fillColor: found[0] === null ? payload.missing_colour : payload.classes[found[0]][0], fillOpacity: 0.92 });
    });
    if (!samePoints) {
      [bulk, taken, hamlets, built].forEach((group) => group.clearLayers());
      (payload.lines || []).forEach(drawLine);
      payload.circles.forEach(drawCircle);
      payload.hamlets.forEach(drawHamlet);
    }
    rings.clearLayers();
    if (payload.ring) drawRing(payload.ring);
    drawLegend();
    if (fitted !== payload.fit_key) {
      // The legend stands at the right: what is shown must not lie under it.
      const covered = legend.getContainer().offsetWidth + 30;
      const right = map.getSize().x > 2 * covered ? covered : 12;
      map.fitBounds(payload.bounds, { animate: fitted !== null, paddingTopLeft: [12, 12], paddingBottomRight: [right, 12] });
      fitted = payload.fit_key;
    }
    document.body.dataset.painted = payload.key;
  }

  return { paint };
}
