// The site for a person: one address on 127.0.0.1, which Vite's proxy leads to the local
// cloud's distribution. Its own name, `*.cloudfront.localhost`, is known to some browsers only.

const { OMNIGEN_CLOUD: cloud, OMNIGEN_DISTRIBUTION: host, OMNIGEN_SITE_PORT: port } = process.env;

export default {
  preview: {
    host: "127.0.0.1",
    port: Number(port),
    strictPort: true,
    proxy: { "/": { target: cloud, headers: { host } } },
  },
};
