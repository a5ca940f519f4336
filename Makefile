# Two commands: `make demo` runs the platform, `make test` proves it. Everything lands below this folder (.venv/, var/, static/vendor/), nothing needs root.
# No package registry is named here: pip and npm use what the machine is configured with.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell .ci/python)
LOCKED := $(VENV)/.locked
INSTALLED := $(VENV)/.installed
COMPRESSED := $(VENV)/.compressed
VENDOR := static/vendor/bootstrap/bootstrap.min.css
STATIC := $(shell find static -type f \( -name '*.css' -o -name '*.js' -o -name '*.svg' \) -not -path '*/node_modules/*' -not -path 'static/vendor/*' 2>/dev/null)
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

# An environment whose Python is gone (the system's was upgraded) is made anew.
ifneq ($(shell $(BIN)/python -c 'import pip' 2>/dev/null && echo sound),sound)
$(shell rm -f $(LOCKED) $(INSTALLED) $(COMPRESSED))
endif

.PHONY: help preflight install slim demo test bench faults lock clean

help:
	@echo 'make demo     安装并启动演示系统（地址和演示账号会打印出来；端口：ZHILU_PORT）'
	@echo 'make test     安装并运行全部检查'
	@echo 'make install  只准备运行环境（.venv/bin/zhilu）'
	@echo 'make slim     从 .venv 去掉只有构建和测试才用的软件包（容器镜像用）'
	@echo 'make bench    测量性能与检索质量'
	@echo 'make faults   反复杀进程、停服务，核对没有丢失'
	@echo 'make lock     按 pyproject.toml 重新锁定依赖'
	@echo 'make clean    删除环境与演示数据'

preflight:
	@.ci/preflight

install: preflight $(INSTALLED) $(VENDOR) $(COMPRESSED)

$(LOCKED): requirements.lock
	@$(BIN)/python -c 'import pip' 2>/dev/null || { echo '[1/4] 建立 .venv'; rm -rf $(VENV); $(PYTHON) -m venv $(VENV); }
	@echo '[2/4] 安装锁定的依赖（第一次需要一两分钟）'
	@$(PIP) install --require-hashes -r requirements.lock
	@touch $@

$(INSTALLED): $(LOCKED) pyproject.toml
	@echo '[3/4] 安装职路'
	@$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENDOR): static/package.json static/package-lock.json static/build.mjs | $(LOCKED)
	@echo '[4/4] 取前端文件'
	@.ci/front-end

$(COMPRESSED): $(VENDOR) $(STATIC) | $(LOCKED)
	@find static -type f \( -name '*.br' -o -name '*.gz' \) -delete
	@$(BIN)/python -m whitenoise.compress -q static
	@touch $@

# For the image: .venv without what only the build and the tests need. `make install` afterwards would not bring it back: remove .venv first.
slim:
	@$(BIN)/python .ci/slim.py
	@find $(VENV) -name __pycache__ -prune -exec rm -rf {} +
	@$(BIN)/python -m compileall -q webapp search workers migrations $(VENV)/lib

demo: install
	@$(BIN)/zhilu demo load
	@exec $(BIN)/zhilu serve --sign-ins

test: install
	@.ci/preflight git
	@.ci/check

bench: install
	@.ci/each bench

faults: install
	@.ci/each faults

# The lock holds hashes of every platform's wheels and no address. uv writes it best; pip-tools resolves for this machine's Python only.
lock: preflight
	@if command -v uv >/dev/null; then \
	  uv pip compile --universal --python-version 3.11 --extra dev --generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade \
	    pyproject.toml -o requirements.lock; \
	elif command -v pip-compile >/dev/null; then \
	  pip-compile --extra dev --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-header --no-annotate --allow-unsafe --upgrade \
	    pyproject.toml -o requirements.lock; \
	else echo '缺少 uv 或 pip-tools：请先安装其中之一，再运行 make lock / neither uv nor pip-compile was found' >&2; exit 1; fi
	@cd static && npm install --package-lock-only --ignore-scripts --no-audit --no-fund

clean:
	rm -rf $(VENV) var static/vendor static/node_modules
	find static -type f \( -name '*.br' -o -name '*.gz' \) -delete
