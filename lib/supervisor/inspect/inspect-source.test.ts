/** Small source trees as people write them, on a real disk, and what is proposed for each. */
import * as fs from "node:fs/promises";
import { dirname } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Inspection } from "../../schema/inspection.ts";
import type { KeeperClient } from "../../system/keeper-client.ts";
import { createRealSystem } from "../../system/real-system.ts";
import { anInstance } from "../../testing/release-scene.ts";
import { runCommand } from "../../testing/run-command.ts";
import { createTempFolder } from "../../testing/temp-folder.ts";
import { inspectSource } from "./inspect-source.ts";

const system = createRealSystem({ keeper: {} as KeeperClient });
const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

async function aFolder(files: Record<string, string>, name = "shop"): Promise<string> {
  const temp = await createTempFolder();
  endings.push(() => temp.remove());
  const root = `${temp.path}/${name}`;
  await fs.mkdir(root);
  for (const [path, text] of Object.entries(files)) {
    await fs.mkdir(dirname(`${root}/${path}`), { recursive: true });
    await fs.writeFile(`${root}/${path}`, text);
  }
  return root;
}

async function inspect(path: string): Promise<Inspection> {
  const result = await inspectSource(system, anInstance(dirname(path), false), path, []);
  if (!result.ok) throw new Error(result.error.message);
  return result.inspection;
}

const entries = ({ entries }: Inspection) => entries.map(({ entry }) => entry);
const codes = ({ warnings }: Inspection) => warnings.map(({ code }) => code);
const data = ({ persistent }: Inspection) => persistent.map(({ path, kind }) => `${path} ${kind}`);

describe("entry points", () => {
  const table: {
    what: string;
    files: Record<string, string>;
    entries: string[];
    framework: string;
    codes?: string[];
  }[] = [
    {
      what: "one Flask file",
      files: {
        "app.py":
          'from flask import Flask\n\napp = Flask(__name__)\n\nif __name__ == "__main__":\n    app.run(debug=True)\n',
        "requirements.txt": "flask\n",
      },
      entries: ["app:app"],
      framework: "flask",
      codes: ["app-run"],
    },
    {
      what: "a Flask package with a factory and a run.py",
      files: {
        "run.py": "from shop import create_app\n\napp = create_app()\n",
        "shop/__init__.py":
          "import flask\n\ndef create_app(config: str | None = None, *, testing=False):\n    app = flask.Flask(__name__)\n    return app\n",
        "shop/models.py": "",
        "tests/test_app.py": "from shop import create_app\napp = create_app()\n",
        "requirements.txt": "Flask==3.1\n",
      },
      entries: ["run:app", "shop:create_app()"],
      framework: "flask",
    },
    {
      what: "a factory that needs arguments",
      files: {
        "shop/__init__.py":
          "from flask import Flask\n\ndef create_app(config):\n    return Flask(__name__)\n",
        "wsgi.py": 'from shop import create_app\napplication = create_app("prod")\n',
        "requirements.txt": "flask\n",
      },
      entries: ["wsgi:application"],
      framework: "flask",
    },
    {
      what: "an app that wsgi.py imports",
      files: {
        "wsgi.py": "from shop.web import app as application\n",
        "shop/__init__.py": "",
        "shop/web.py": "from flask import Flask as F\napp: F = F(\n    __name__,\n)\n",
        "requirements.txt": "flask\n",
      },
      entries: ["wsgi:application", "shop.web:app"],
      framework: "flask",
    },
    {
      what: "a factory with another name of make_app in main.py",
      files: {
        "main.py":
          "from flask import Flask\ndef make_app():\n    application = Flask(__name__)\n    return application\n",
        "requirements.txt": "flask\n",
      },
      entries: ["main:make_app()"],
      framework: "flask",
    },
    {
      what: "a Django project",
      files: {
        "manage.py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
        "shop/__init__.py": "",
        "shop/settings.py": "DEBUG = True\n",
        "shop/wsgi.py":
          "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
        "shop/asgi.py":
          "from django.core.asgi import get_asgi_application\napplication = get_asgi_application()\n",
        "requirements.txt": "django\ngunicorn==23.0.0\n",
      },
      entries: ["shop.wsgi:application", "shop.asgi:application"],
      framework: "django",
      codes: ["debug-mode"],
    },
    {
      what: "FastAPI, which cannot be served yet",
      files: { "main.py": "from fastapi import FastAPI\napp = FastAPI()\n", "requirements.txt": "fastapi\n" },
      entries: ["main:app"],
      framework: "fastapi",
      codes: ["asgi"],
    },
    {
      what: "a WSGI function without a framework",
      files: { "hello.py": "def application(environ, start_response):\n    return []\n" },
      entries: ["hello:application"],
      framework: "wsgi",
    },
    {
      what: "falcon and bottle",
      files: {
        "api.py": "import falcon\napi = falcon.App()\n",
        "old.py": "import bottle\napp = bottle.default_app()\n",
        "requirements.txt": "falcon\nbottle\n",
      },
      entries: ["old:app", "api:api"],
      framework: "wsgi",
    },
    {
      what: "examples in docstrings, comments and strings",
      files: {
        "tool.py":
          '"""How to use it:\n\nfrom flask import Flask\napp = Flask(__name__)\n"""\n# app = Flask(__name__)\nTEXT = \'\'\'\napp = Flask(__name__)\n\'\'\'\nX = "app = Flask(__name__)"\n',
      },
      entries: [],
      framework: "unknown",
    },
    {
      what: "a src layout",
      files: {
        "src/shop/__init__.py": "from flask import Flask\napp = Flask(__name__)\n",
        "pyproject.toml": '[project]\ndependencies = ["flask"]\n',
      },
      entries: ["shop:app"],
      framework: "flask",
      codes: ["src-layout"],
    },
    {
      what: "an application in a folder of a larger repository",
      files: {
        "README.md": "",
        "backend/app.py": "from flask import Flask\napp = Flask(__name__)\n",
        "backend/requirements.txt": "flask\n",
      },
      entries: ["backend.app:app"],
      framework: "flask",
      codes: ["source-subfolder", "no-requirements"],
    },
    {
      what: "a server that is started on import, in debug mode",
      files: {
        "app.py":
          'from flask import Flask\napp = Flask(__name__)\napp.config["DEBUG"] = True\napp.debug = True\napp.run(host="0.0.0.0")\n',
        "requirements.txt": "flask\n",
      },
      entries: ["app:app"],
      framework: "flask",
      codes: ["debug-mode", "debug-mode", "app-run-at-import"],
    },
    {
      what: "apps made inside functions, classes and main only",
      files: {
        "a.py":
          'from flask import Flask\nclass T:\n    app = Flask(__name__)\ndef helper():\n    app = Flask("x")\nif __name__ == "__main__":\n    app = Flask("y")\n',
        "requirements.txt": "flask\n",
      },
      entries: [],
      framework: "unknown",
    },
    {
      what: "an app inside try and over several lines",
      files: {
        "app.py":
          "import flask\ntry:\n    app = flask.Flask(\n        __name__,\n        static_folder=None)\nexcept Exception:\n    raise\n",
        "requirements.txt": "flask\n",
      },
      entries: ["app:app"],
      framework: "flask",
    },
  ];
  for (const { what, files, ...expected } of table) {
    it(what, async () => {
      const found = await inspect(await aFolder(files));
      expect(entries(found)).toEqual(expected.entries);
      expect(found.framework).toBe(expected.framework);
      expect(codes(found)).toEqual(expected.codes ?? []);
    });
  }

  it("each candidate names its reason, file and line", async () => {
    const found = await inspect(
      await aFolder({ "web.py": "\n\nfrom flask import Flask\nsite = Flask(__name__)\n" }),
    );
    expect(found.entries).toEqual([
      { entry: "web:site", framework: "flask", reason: "site = Flask(…)", file: "web.py", line: 4 },
    ]);
    expect(found.warnings).toEqual([
      expect.objectContaining({
        code: "no-requirements",
        message:
          "The code needs flask, but there is neither a requirements.txt nor [project] dependencies in pyproject.toml: write a requirements.txt.",
      }),
    ]);
  });
});

describe("data", () => {
  it("databases, upload folders and settings of the machine are found, templates and code are not", async () => {
    const found = await inspect(
      await aFolder({
        "app.py": "",
        "shop.sqlite3": "12345",
        "shop.sqlite3-wal": "123",
        "instance/shop.db": "1",
        "var/cache.db": "1",
        "shop/media/__init__.py": "",
        "uploads/a.png": "1",
        ".env": "A=1",
        ".env.production": "A=1",
        ".env.example": "A=",
        "venv/pyvenv.cfg": "version = 3.12.1\n",
        "venv/x.db": "",
      }),
    );
    expect(data(found).sort()).toEqual([
      ".env file",
      ".env.production file",
      "instance directory",
      "shop.sqlite3 file",
      "uploads directory",
      "var/cache.db file",
    ]);
    expect(found.persistent.find(({ path }) => path === "shop.sqlite3")?.sizeBytes).toBe(8);
    expect(found.environments).toEqual([
      {
        path: `${found.path}/venv`,
        python: `${found.path}/venv/bin/python`,
        reason: "a virtual environment with Python 3.12.1 lies in the folder",
      },
    ]);
  });

  it("what git ignores and is there is proposed, except what can be made again", async () => {
    const folder = await aFolder({
      ".gitignore": "*.pyc\n/state/\nnode_modules/\n*.log\nvenv/\nsecrets.toml\ndist/\n__pycache__/\n",
      "app.py": "",
      "state/counter": "1",
      "secrets.toml": "",
      "debug.log": "",
      "dist/x": "",
      "node_modules/x/y.js": "",
      "__pycache__/x.pyc": "",
      "venv/pyvenv.cfg": "",
    });
    runCommand("git", ["init", "-q", folder]);
    await fs.appendFile(`${folder}/.git/config`, `[core]\n\tfsmonitor = "touch ${folder}/was-run; false"\n`);
    const found = await inspect(folder);
    expect(data(found).sort()).toEqual(["secrets.toml file", "state directory"]);
    expect(found.persistent[0]?.reason).toContain("git ignores it");
    expect(await fs.readdir(folder)).not.toContain("was-run");
  });

  it("Django's settings name databases, media and static files", async () => {
    const found = await inspect(
      await aFolder({
        "manage.py": "",
        "shop/__init__.py": "",
        "shop/settings.py": `from pathlib import Path
import os
BASE_DIR = Path(__file__).resolve().parent.parent
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": BASE_DIR / "db.sqlite3",
    }
}
STATIC_URL = "/assets/"
STATIC_ROOT = os.path.join(BASE_DIR, "staticfiles")
MEDIA_URL = "media/"
MEDIA_ROOT = BASE_DIR / "files" / "media"
`,
        "staticfiles/admin/a.css": "a",
        "files/media/a.png": "1",
        "files/readme": "",
      }),
    );
    expect(data(found).sort()).toEqual(["db.sqlite3 file", "files/media directory"]);
    expect(found.static.map(({ urlPath, directory, files }) => [urlPath, directory, files])).toEqual([
      ["/assets/", "staticfiles", 1],
      ["/media/", "files/media", 1],
    ]);
  });

  it("a relative database of Flask-SQLAlchemy lies in the instance folder", async () => {
    const found = await inspect(
      await aFolder({
        "app.py":
          'from flask import Flask\nfrom flask_sqlalchemy import SQLAlchemy\napp = Flask(__name__)\napp.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///shop.db"\n',
      }),
    );
    expect(data(found)).toEqual(["instance directory"]);
  });
});

describe("the rest", () => {
  it("Flask's static folder is proposed where it is asked for", async () => {
    const found = await inspect(
      await aFolder({
        "shop/__init__.py":
          'from flask import Flask\ndef create_app():\n    return Flask(__name__, static_folder="assets")\n',
        "shop/assets/a.css": "a",
        "other.py": "from flask import Flask\napp = Flask(__name__)\n",
        "static/b.css": "b",
        "static/c.css": "c",
      }),
    );
    expect(found.static.map(({ urlPath, directory, files }) => [urlPath, directory, files]).sort()).toEqual([
      ["/assets/", "shop/assets", 1],
      ["/static/", "static", 2],
    ]);
  });

  it("a health check is found by its literal route, not in a blueprint and not for POST", async () => {
    const found = await inspect(
      await aFolder({
        "app.py":
          'from flask import Flask, Blueprint\napp = Flask(__name__)\nbp = Blueprint("x", __name__, url_prefix="/api")\n@bp.route("/health")\ndef a(): ...\n@app.route("/ping", methods=["POST"])\ndef b(): ...\n@app.get("/healthz")\ndef c(): ...\n',
      }),
    );
    expect(found.healthPath).toEqual({ path: "/healthz", reason: "app.py answers there (line 8)" });
  });

  it("dependencies are counted with the files they include", async () => {
    const found = await inspect(
      await aFolder({
        "requirements.txt": "-r base.txt\nflask\n",
        "base.txt": "gunicorn>=20\nflask\nrequests\n",
      }),
    );
    expect(found.dependencies).toEqual({
      kind: "requirements.txt",
      packages: 3,
      pinsGunicorn: true,
      reason: "requirements.txt names 3 packages",
    });
  });

  it("the name is that of the folder that tells something", async () => {
    expect((await inspect(await aFolder({}, "My Shop.v2"))).suggestedName).toBe("my-shop-v2");
    const root = await aFolder({ "app/x.py": "" }, "tea_house");
    expect((await inspect(`${root}/app`)).suggestedName).toBe("tea-house");
  });

  it("a large folder is looked at in part, and that is said", async () => {
    const root = await aFolder({
      "app.py": "from flask import Flask\napp = Flask(__name__)\n",
      "requirements.txt": "flask",
    });
    await fs.mkdir(`${root}/1/2/3/4/5/6/7/8/9`, { recursive: true });
    const found = await inspect(root);
    expect(entries(found)).toEqual(["app:app"]);
    expect(codes(found)).toEqual(["not-all-seen"]);
  });

  it("text that is no Python is survived", async () => {
    const found = await inspect(
      await aFolder({
        "a.py": "'''never closed\n",
        "b.py": '"\\',
        "c.py": "x = (((\n",
        "d.py": "\u0000\ufffd",
        "e.py": "def f(:\n",
      }),
    );
    expect(entries(found)).toEqual([]);
  });
});
