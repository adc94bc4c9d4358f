import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { NextConfig } from 'next'

const repositoryRoot = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..')

const config: NextConfig = {
  output: 'standalone',
  outputFileTracingRoot: repositoryRoot,
  // Programs of their own (build-workers.mjs), which no module imports, with what stands beside them.
  outputFileTracingIncludes: { '/api/captures/import': ['./dist/file-reader.mjs'], '/s/*/picture': ['./dist/**/*'] },
  turbopack: { root: repositoryRoot },
  transpilePackages: [
    '@sonde/api',
    '@sonde/contract',
    '@sonde/db',
    '@sonde/domain',
    '@sonde/flamegraph',
    '@sonde/profile',
    '@sonde/stats',
    '@sonde/ui',
  ],
  serverExternalPackages: ['pg'],
  // What is no browser reads the head and runs no script: for it, the tags of a page stand there, and do not come later with the body.
  htmlLimitedBots: /^(?!Mozilla\/5\.0 \((?!compatible))|bot|preview|crawl|spider|facebookexternalhit|WhatsApp/i,
  poweredByHeader: false,
  reactStrictMode: true,
  // The content security policy carries a nonce and is set per request, in src/proxy.ts.
  headers: async () => [
    {
      source: '/:path*',
      headers: [
        { key: 'x-content-type-options', value: 'nosniff' },
        { key: 'x-frame-options', value: 'DENY' },
        { key: 'referrer-policy', value: 'same-origin' },
        { key: 'cross-origin-opener-policy', value: 'same-origin' },
        { key: 'permissions-policy', value: 'camera=(), microphone=(), geolocation=(), payment=(), usb=()' },
      ],
    },
    // The address of a share link is its key: it goes to nobody else, and into no index.
    {
      source: '/s/:path*',
      headers: [
        { key: 'referrer-policy', value: 'no-referrer' },
        { key: 'x-robots-tag', value: 'noindex, nofollow, noarchive' },
      ],
    },
  ],
}

export default config
