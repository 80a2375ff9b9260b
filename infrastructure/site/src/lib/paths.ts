/** The addresses of the site; here, because features link to one another without knowing it. */
export const paths = {
  home: "/",
  create: "/create",
  films: "/films",
  film: (id: string) => `/films/${id}`,
  storyboard: (id: string) => `/films/${id}/storyboard`,
  gallery: "/gallery",
  watch: (id: string) => `/watch/${id}`,
  upload: "/upload",
  account: "/account",
  admin: "/admin",
} as const;

/** Pages of a video for other sites, which the API answers. */
export const pages = {
  share: (id: string) => `/v/${id}`,
  embed: (id: string) => `/embed/${id}`,
} as const;
