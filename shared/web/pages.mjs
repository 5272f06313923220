// The pages this project makes: where each starts, where it is served and what it may weigh.
// A bundle is what one program embeds; pages of one bundle share chunks.
export const bundles = [
  {
    name: 'kiosk',
    pages: [
      {
        name: 'kiosk',
        entry: 'kiosk/web/main.tsx',
        url: '/',
        title: '回音 Huiyin',
        token: true,
        budget: 120 * 1024,
      },
      {
        name: 'staff',
        entry: 'kiosk/web/staff/main.tsx',
        url: '/staff',
        title: '值守 · 回音 Huiyin',
        token: true,
        budget: 120 * 1024,
      },
    ],
  },
  {
    name: 'office',
    pages: [
      {
        name: 'office',
        entry: 'sync-server/web/main.tsx',
        url: '/',
        title: '回音 Huiyin',
        token: false,
        budget: 160 * 1024,
      },
    ],
  },
];
