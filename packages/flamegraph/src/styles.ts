import { THEME_CSS } from './theme.ts'

/** For <style href precedence>: React hoists it into the head once, however many graphs there are. */
export const STYLE_ID = 'sonde-flamegraph'

const HIDDEN = 'position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap'

export const STYLES = `${THEME_CSS}
.sf-root{position:relative;display:flex;flex-direction:column;min-height:0;min-width:0;height:100%;background:var(--flame-bg);color:var(--flame-text)}
.sf-scroller{flex:1;min-height:0;overflow-x:hidden;overflow-y:auto;scrollbar-width:thin;scrollbar-gutter:stable;outline:none;overscroll-behavior-x:contain}
.sf-root:has(.sf-scroller:focus-visible)::after{content:'';position:absolute;inset:0;border:2px solid var(--flame-focus);pointer-events:none}
.sf-content{position:relative;min-height:100%}
.sf-stage{position:sticky;top:0;touch-action:pan-y;cursor:pointer;-webkit-tap-highlight-color:transparent;user-select:none;-webkit-user-select:none;overflow:hidden}
.sf-stage canvas{position:absolute;left:0;top:0;display:block}
.sf-overlay{pointer-events:none}
.sf-map{order:-1;align-self:flex-start;position:relative;flex:none;height:36px;margin-bottom:1px;overflow:hidden;border-bottom:1px solid var(--flame-border);cursor:crosshair;touch-action:none;user-select:none;-webkit-user-select:none;outline:none}
.sf-map[hidden]{display:none}
.sf-map canvas{display:block}
.sf-window{position:absolute;box-sizing:border-box;min-width:3px;min-height:3px;border:1.5px solid var(--flame-text);border-radius:2px;box-shadow:0 0 0 100vmax color-mix(in srgb,var(--flame-bg) 55%,transparent);cursor:grab}
.sf-window:active{cursor:grabbing}
.sf-map:focus-visible .sf-window{border-color:var(--flame-focus);border-width:2.5px}
.sf-hidden{${HIDDEN}}
.sf-empty{position:absolute;inset:0;display:grid;place-items:center;color:var(--flame-muted);pointer-events:none;font-size:13px}
.sf-tip,.sf-menu{position:fixed;z-index:50;left:0;top:0;background:var(--flame-tooltip-bg);color:var(--flame-tooltip-text);border:1px solid var(--flame-border);border-radius:6px;box-shadow:0 4px 16px rgb(0 0 0 / .18);font-size:12px;line-height:1.45}
.sf-tip{max-width:min(440px,calc(100vw - 16px));padding:8px 10px;pointer-events:none}
.sf-name{font-family:var(--flame-font,ui-monospace,SFMono-Regular,Menlo,Consolas,monospace);font-weight:600;overflow-wrap:anywhere;unicode-bidi:isolate;direction:ltr;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:6;overflow:hidden}
.sf-where{color:var(--flame-muted);overflow-wrap:anywhere;unicode-bidi:isolate;direction:ltr}
.sf-tip dl{display:grid;grid-template-columns:auto 1fr auto;column-gap:12px;margin:6px 0 0;font-variant-numeric:tabular-nums}
.sf-tip dl>div{display:contents}
.sf-tip dt{color:var(--flame-muted)}
.sf-tip dd{margin:0;text-align:right}
.sf-hint{margin-top:6px;color:var(--flame-muted)}
.sf-menu{padding:4px;min-width:200px;max-width:min(360px,calc(100vw - 16px));max-height:calc(100dvh - 16px);overflow-y:auto;outline:none}
.sf-menu button{display:flex;justify-content:space-between;gap:24px;width:100%;padding:5px 8px;border:0;border-radius:4px;background:none;color:inherit;font:inherit;text-align:left;cursor:pointer}
.sf-menu span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;unicode-bidi:isolate}
.sf-menu [data-starts-group]{margin-top:9px}
.sf-menu [data-starts-group]::before{content:'';position:absolute;left:0;right:0;margin-top:-10px;border-top:1px solid var(--flame-border)}
.sf-menu button:hover,.sf-menu button:focus-visible{background:color-mix(in srgb,var(--flame-focus) 18%,transparent);outline:none}
.sf-menu kbd{color:var(--flame-muted);font:inherit}
.sf-toast{position:absolute;left:50%;bottom:12px;transform:translateX(-50%);max-width:90%;padding:4px 10px;border-radius:6px;background:var(--flame-text);color:var(--flame-bg);font-size:12px;pointer-events:none}
.sf-nav{min-width:0;max-width:100%}
.sf-crumbs{display:flex;overflow:hidden;align-items:center;margin:0;padding:0;list-style:none;min-width:0;font-size:12px;color:var(--flame-muted)}
.sf-crumbs[data-unfolded]{flex-wrap:wrap}
.sf-crumbs li{display:flex;align-items:center;flex:0 1 auto;min-width:3.5ch}
.sf-crumbs li:first-child,.sf-crumbs li[data-fold]{flex-shrink:0}
.sf-crumbs li:last-child{flex-shrink:.4}
.sf-crumbs li+li::before{content:'›';margin:0 2px;color:var(--flame-muted)}
.sf-crumbs button,.sf-crumbs [aria-current]{max-width:min(280px,60vw);padding:2px 5px;border:0;border-radius:4px;background:none;color:inherit;font:inherit;font-family:var(--flame-font,ui-monospace,SFMono-Regular,Menlo,Consolas,monospace);overflow:hidden;text-overflow:ellipsis;white-space:nowrap;unicode-bidi:isolate;direction:ltr}
.sf-crumbs button{cursor:pointer}
.sf-crumbs button:hover{background:color-mix(in srgb,var(--flame-focus) 14%,transparent);color:var(--flame-text)}
.sf-crumbs button:focus-visible{outline:2px solid var(--flame-focus);outline-offset:-2px}
.sf-crumbs [aria-current]{color:var(--flame-text);font-weight:600}
.sf-share{margin-left:6px;white-space:nowrap;font-variant-numeric:tabular-nums}
.sf-dot{display:inline-block;flex:none;width:8px;height:8px;border-radius:2px;box-shadow:inset 0 0 0 1px color-mix(in srgb,var(--flame-text) 25%,transparent)}
.sf-legend{display:flex;flex-wrap:wrap;gap:4px 12px;margin:0;padding:0;list-style:none}
.sf-legend li{display:flex;align-items:center;gap:5px}
.sf-legend span{width:10px;height:10px;border-radius:2px}
@media print{.sf-scroller{overflow:hidden}.sf-content{height:auto!important;min-height:0}.sf-stage{position:relative}.sf-stage,.sf-map,.sf-stage canvas:first-child{max-width:100%}.sf-stage canvas:first-child{position:static;height:auto!important}.sf-stage{height:auto!important}.sf-overlay,.sf-window,.sf-tip,.sf-menu,.sf-toast{display:none}.sf-map canvas{max-width:100%}}
`
