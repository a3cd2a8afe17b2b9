/** The page's looks: the reader's own font and colours, contrast of at least 4.5 to 1, severity as a word first. */
export const STYLE = `
:root { color-scheme: light dark; --line: #8886; --critical: #a4001d; --high: #a63c06; --medium: #7a5c00; --low: #1f5f8b; }
@media (prefers-color-scheme: dark) { :root { --critical: #ff8a9a; --high: #ffab7a; --medium: #e6c65c; --low: #8cc8f0; } }
body { font: 1rem/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 80rem; padding: 1rem; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin-top: 2rem; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; }
.overview { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: .5rem 1.5rem; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .6rem .35rem 0; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
tbody th { font-weight: 500; min-width: 9rem; }
small { opacity: .85; }
.badge { border: 2px solid currentcolor; border-radius: .25rem; padding: 0 .4rem; text-transform: uppercase; }
.severity-critical .badge { color: var(--critical); }
.severity-high .badge { color: var(--high); }
.severity-medium .badge { color: var(--medium); }
.severity-low .badge { color: var(--low); }
summary { cursor: pointer; }
@media print { details { display: block; } .skip { display: none; } }
`;
