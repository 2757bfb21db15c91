/** The same page as examples/miniproyecto/site/index.html; a test keeps them equal. */
export const starterHtml = `<!doctype html>
<html lang="en" style="--number: {{instance.number}}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>{{instance.label}}</title>
  <style>
    /* Each instance has a hue of its own, so that a change of runner is seen at a glance. */
    :root {
      --hue: calc(var(--number) * 137.5 + 60);
      --ink: light-dark(hsl(var(--hue) 30% 16%), hsl(var(--hue) 30% 94%));
      --soft: light-dark(hsl(var(--hue) 14% 40%), hsl(var(--hue) 16% 70%));
      --paper: light-dark(hsl(var(--hue) 45% 96%), hsl(var(--hue) 24% 9%));
      --card: light-dark(white, hsl(var(--hue) 20% 13%));
      --baton: light-dark(hsl(var(--hue) 72% 44%), hsl(var(--hue) 72% 60%));
      color-scheme: light dark;
    }
    * { box-sizing: border-box; margin: 0; }
    body {
      min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
      background: var(--paper); color: var(--ink);
      font: 1.05rem/1.5 system-ui, sans-serif;
    }
    main {
      width: min(34rem, 100%); padding: clamp(1.75rem, 6vw, 3rem);
      background: var(--card); border-radius: 1.25rem;
      box-shadow: 0 1.5rem 4rem -2rem hsl(var(--hue) 60% 20% / 45%);
    }
    .track { height: .5rem; border-radius: 1rem; background: var(--paper); overflow: hidden; }
    .baton { width: 28%; height: 100%; border-radius: inherit; background: var(--baton); animation: run 900ms cubic-bezier(.2, .7, .2, 1) both; }
    h1 { margin-top: 1.5rem; font-size: clamp(2.75rem, 12vw, 4.5rem); line-height: 1; letter-spacing: -.04em; }
    .where { margin-top: .5rem; font-size: 1.35rem; color: var(--soft); }
    .where strong { color: var(--baton); font-weight: 600; overflow-wrap: anywhere; }
    footer { margin-top: 2rem; font-size: .9rem; color: var(--soft); }
    @keyframes run { from { transform: translateX(-110%); } to { transform: translateX(258%); } }
    @media (prefers-reduced-motion: reduce) { .baton { animation: none; transform: translateX(258%); } }
  </style>
</head>
<body>
  <main>
    <div class="track" aria-hidden="true"><div class="baton"></div></div>
    <h1>{{instance.title}}</h1>
    <p class="where">on <strong>{{machine.name}}</strong></p>
    <footer>{{project.name}}: answered by {{instance.title}} on {{machine.name}}. Reload, and another may take over.</footer>
  </main>
</body>
</html>
`;
